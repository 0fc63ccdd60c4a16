class A
{
    void F() { }

    void H() { }
}
