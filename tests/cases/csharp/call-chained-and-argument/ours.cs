class A
{
    int F() => a().b();
}
