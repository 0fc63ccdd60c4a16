const a = require('a');
const c = require('c');
