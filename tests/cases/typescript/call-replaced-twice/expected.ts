<<<<<<< ours
const x = b();
||||||| base
const x = a();
=======
const x = c();
>>>>>>> theirs
