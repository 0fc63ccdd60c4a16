<<<<<<< ours
||||||| base
import a.B;

=======
import a.C;

>>>>>>> theirs
class A {}
