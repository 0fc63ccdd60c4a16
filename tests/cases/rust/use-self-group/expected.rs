<<<<<<< ours
use a::{b, c};
||||||| base
use a::b;
=======
use a::{b, d};
>>>>>>> theirs
