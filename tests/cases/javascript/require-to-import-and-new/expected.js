<<<<<<< ours
import a from 'a';
||||||| base
const a = require('a');
=======
const a = require('a');
const b = require('b');
>>>>>>> theirs

a();
