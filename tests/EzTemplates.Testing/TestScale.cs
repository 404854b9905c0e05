namespace EzTemplates.Testing;

/// <summary>How much a test does: a short round by default, the numbers of the acceptance list under <c>EZ_TEST_SCALE=full</c>.</summary>
public static class TestScale
{
    public static bool IsFull => Environment.GetEnvironmentVariable("EZ_TEST_SCALE") == "full";

    /// <summary>The count for this run.</summary>
    public static int Of(int usual, int full) => IsFull ? full : usual;
}
