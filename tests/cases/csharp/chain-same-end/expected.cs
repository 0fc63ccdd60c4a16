class A
{
<<<<<<< ours
    int F() => a().b().c();
||||||| base
    int F() => a().b();
=======
    int F() => a().b().d();
>>>>>>> theirs
}
