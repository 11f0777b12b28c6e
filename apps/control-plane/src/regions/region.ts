/** A self-hosted Perch is one region: the place it runs in. */
export const theRegion = Object.freeze({
  region_id: 'local',
  name: 'This Perch',
  default: true,
  geo_lat: '',
  geo_long: '',
});
