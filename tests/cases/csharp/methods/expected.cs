class A
{
    void F() { }

    void G() { }

    void H() { }
}
