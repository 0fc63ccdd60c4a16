import a from 'a';
const b = require('b');
