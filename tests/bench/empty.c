/* The start of a program and nothing else: linked with the libraries of flowenv, it is the bar. */
int main(void)
{
    return 0;
}
