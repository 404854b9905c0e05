using System.Globalization;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Commands that change the store, killed at the very system calls by which they change it.</summary>
public sealed class KilledAtSystemCallsTests : IDisposable
{
    private readonly CrashGround _ground;

    public KilledAtSystemCallsTests()
    {
        Requires.Root();
        Strace.Require();
        _ground = new CrashGround();
    }

    [Fact]
    public void A_command_killed_at_a_call_that_changes_the_store_is_put_right_by_the_next_one()
    {
        var random = TestSeed.Random("killed at calls");
        var killed = 0;
        foreach (var step in _ground.Steps)
        {
            _ground.Begin(step);
            var calls = Strace.Positions(_ground.Ez, step.Command, Log, _ground.Run);
            var points = calls.SelectMany(row => Sample(row.Value, random).Select(number => (Call: row.Key, Number: number))).ToList();
            foreach (var (call, number) in TestScale.IsFull ? points : points.OrderBy(_ => random.Next()).Take(3).ToList())
            {
                _ground.Begin(step);
                var run = Strace.Tamper(_ground.Ez, step.Command, Log, (call, "signal=KILL", number.ToString(CultureInfo.InvariantCulture)));
                killed += run.Injected is null ? 0 : 1;
                _ground.AssertRecovered(step, string.Create(CultureInfo.InvariantCulture, $"killed at {call} {number}: {run.Injected}"));
            }
        }

        TestNotes.Write($"{killed} runs were killed at a system call; {TestSeed.Hint}");
        Assert.True(killed > 0, "no run met its system call");
    }

    public void Dispose() => _ground?.Dispose();

    private string Log => Path.Combine(_ground.Temp, "strace.log");

    /// <summary>All where there are few; of many (a file's writes, a tree's members) the first, the last and some between.</summary>
    private static IEnumerable<int> Sample(IReadOnlyList<int> numbers, Random random)
    {
        var most = TestScale.Of(3, 40);
        return numbers.Count <= most
            ? numbers
            : [numbers[0], numbers[^1], .. numbers.Skip(1).SkipLast(1).OrderBy(_ => random.Next()).Take(most - 2)];
    }
}
