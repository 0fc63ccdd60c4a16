public class A
{
}
