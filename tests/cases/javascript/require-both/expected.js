const a = require('a');
<<<<<<< ours
const b = require('b');
||||||| base
=======
const c = require('c');
>>>>>>> theirs
