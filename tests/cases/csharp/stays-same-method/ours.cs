class A
{
    void F() { }
    void G() { a(); }
}
