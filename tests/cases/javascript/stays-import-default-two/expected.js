<<<<<<< ours
import b from 'x';
||||||| base
import a from 'x';
=======
import c from 'x';
>>>>>>> theirs

a();
