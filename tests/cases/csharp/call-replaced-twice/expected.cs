class A
{
<<<<<<< ours
    int F() => b();
||||||| base
    int F() => a();
=======
    int F() => c();
>>>>>>> theirs
}
