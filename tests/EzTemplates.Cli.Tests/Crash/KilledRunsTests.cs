using System.Diagnostics;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Commands that change the store, killed at random times.</summary>
public sealed class KilledRunsTests : IDisposable
{
    private readonly CrashGround _ground = new();

    [Fact]
    public void A_command_killed_at_any_time_is_put_right_by_the_next_one()
    {
        var random = TestSeed.Random("killed runs");
        var killed = 0;
        var runs = TestScale.Of(10, 200);
        for (var i = 0; i < runs; i++)
        {
            var step = _ground.Steps[i % _ground.Steps.Count];
            var share = random.NextDouble();
            _ground.Begin(step);
            killed += RunAndKill(step, _ground.Took(step) * share) ? 1 : 0;
            _ground.AssertRecovered(step, $"killed at {share:P0} of {_ground.Took(step).TotalMilliseconds:F0} ms");
        }

        TestNotes.Write($"{killed} of {runs} runs were killed before they ended; {TestSeed.Hint}");
        Assert.True(killed > 0, "no run was killed before it ended");
    }

    public void Dispose() => _ground.Dispose();

    /// <returns>False if it ended before.</returns>
    private bool RunAndKill(CrashStep step, TimeSpan after)
    {
        var start = new ProcessStartInfo(EzProgram.File, step.Command) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in _ground.Ez.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        if (process.WaitForExit(after))
        {
            return false;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return true;
    }
}
