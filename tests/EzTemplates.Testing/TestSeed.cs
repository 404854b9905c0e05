using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EzTemplates.Testing;

/// <summary>
/// The one seed of a test run: <c>EZ_TEST_SEED</c>, or random. Whoever takes randomness from here has the seed in its output,
/// which the runner prints with a failure, so that the run can be repeated.
/// </summary>
public static class TestSeed
{
    private static readonly Lazy<int> Seed = new(() =>
    {
        var named = Environment.GetEnvironmentVariable("EZ_TEST_SEED");
        return string.IsNullOrEmpty(named) ? System.Random.Shared.Next(1, int.MaxValue) : int.Parse(named, CultureInfo.InvariantCulture);
    });

    public static int Value
    {
        get
        {
            Announce();
            return Seed.Value;
        }
    }

    /// <summary>What to add to an assertion's message.</summary>
    public static string Hint => string.Create(CultureInfo.InvariantCulture, $"repeat with EZ_TEST_SEED={Seed.Value}");

    /// <summary>A generator of its own for each purpose, so that one test's draws do not depend on which others ran before.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "Test data, not secrets.")]
    public static Random Random(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        Announce();
        var hash = 2166136261u;
        foreach (var letter in purpose)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return new Random(unchecked((int)hash ^ Seed.Value));
    }

    private static void Announce() => TestNotes.Write(Hint);
}
