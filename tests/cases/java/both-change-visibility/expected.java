class T {
<<<<<<< ours
    public void f() {}
||||||| base
    void f() {}
=======
    protected void f() {}
>>>>>>> theirs
}
