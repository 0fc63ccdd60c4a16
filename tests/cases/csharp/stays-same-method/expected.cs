class A
{
    void F() { }
<<<<<<< ours
    void G() { a(); }
||||||| base
=======
    void G() { b(); }
>>>>>>> theirs
}
