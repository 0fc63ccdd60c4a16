class A
{
    [A1]
    void F() { }
}
