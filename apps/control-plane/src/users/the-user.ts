/** The one user of a self-hosted Perch: whoever holds a personal API key. */
export const theUser = Object.freeze({
  id: '00000000-0000-4000-8000-000000000001',
  login: 'perch',
  email: 'perch@localhost',
  name: 'Perch',
  last_name: '',
  image: '',
});
