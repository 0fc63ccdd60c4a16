class A
{
    #region X
    void A1() { }
    void A3() { }
    #endregion
}
