class A
{
    [A1]
    [A3]
    void F() { }
}
