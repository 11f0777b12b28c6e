/** Why Perch lacks what the contract has, where routes and options lack the same. */
export const NO_FILTER = 'Perch does not filter addresses; use a firewall';
export const NO_PRELOADS = 'local computes preload none; an attached Postgres has its own';
