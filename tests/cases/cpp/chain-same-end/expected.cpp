<<<<<<< ours
int x = a().b().c();
||||||| base
int x = a().b();
=======
int x = a().b().d();
>>>>>>> theirs
