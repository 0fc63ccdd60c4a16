const a = require('a');
const b = require('b2');
