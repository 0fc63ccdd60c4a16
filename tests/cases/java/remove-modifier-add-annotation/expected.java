class T {
<<<<<<< ours
    void f() {}
||||||| base
    public void f() {}
=======
    @Test
    public void f() {}
>>>>>>> theirs
}
