class A
{
    void F() { }
}
