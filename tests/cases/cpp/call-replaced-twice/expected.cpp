<<<<<<< ours
int x = b();
||||||| base
int x = a();
=======
int x = c();
>>>>>>> theirs
