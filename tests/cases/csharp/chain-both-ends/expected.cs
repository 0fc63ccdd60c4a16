class A
{
    int F() => a(1).b().c();
}
