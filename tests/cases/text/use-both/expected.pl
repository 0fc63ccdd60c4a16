use A;
<<<<<<< ours
use B;
||||||| base
=======
use C;
>>>>>>> theirs

print 1;
