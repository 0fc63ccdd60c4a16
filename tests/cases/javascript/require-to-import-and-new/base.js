const a = require('a');

a();
