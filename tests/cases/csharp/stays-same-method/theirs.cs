class A
{
    void F() { }
    void G() { b(); }
}
