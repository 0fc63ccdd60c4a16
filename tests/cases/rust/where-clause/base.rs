fn f<T, U>()
where
    T: A,
{
}
