using Xunit;

namespace EzTemplates.Testing;

/// <summary>Writes into the running test's output; says nothing where no test runs.</summary>
public static class TestNotes
{
    public static void Write(string line)
    {
        try
        {
            TestContext.Current.TestOutputHelper?.WriteLine(line);
        }
        catch (InvalidOperationException)
        {
            // The test has ended; a late line has no one to read it.
        }
    }
}
