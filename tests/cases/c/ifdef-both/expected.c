#ifdef A
int a;
<<<<<<< ours
int b;
||||||| base
=======
int c;
>>>>>>> theirs
#endif
