using EzTemplates.Domain;

namespace EzTemplates.Environments.Tests.Configuring;

/// <summary>Whose script set a time, by a clock that stands still for four milliseconds.</summary>
public sealed class ScriptTraceTests
{
    private const int Millisecond = 1_000_000;

    private readonly ScriptTrace _trace = new(new FileTime(0, 4 * Millisecond));

    [Fact]
    public void A_clock_that_is_pushed_tells_scripts_apart_that_run_within_one_tick()
    {
        _trace.Begin("a", Ms(100.1), Ms(100.15));
        _trace.Begin("dpkg", Ms(101), Ms(101.05));
        _trace.Begin("b", Ms(101.2), Ms(101.25));
        _trace.End(Ms(103), Ms(103.05));
        Assert.Equal(["nobody", "a", "a", "b", "b", "nobody"], Told(98, 100.15, 100.9, 101.25, 102.9, 103.1));
    }

    [Fact]
    public void Where_the_clock_stands_still_only_scripts_that_are_further_apart_are_told_from_each_other()
    {
        // A push answers the last tick: 100, 104, 108, 112.
        _trace.Begin("a", Ms(100.1), Ms(100));
        _trace.Begin("dpkg", Ms(101), Ms(100));
        _trace.Begin("b", Ms(101.2), Ms(100));
        _trace.Begin("dpkg", Ms(109), Ms(108));
        _trace.End(Ms(114), Ms(112));
        Assert.Equal(["nobody", "b", "b", "dpkg", "nobody"], Told(100, 104, 108, 112, 116));
    }

    [Fact]
    public void A_push_that_came_late_leaves_open_whose_it_was()
    {
        _trace.Begin("a", Ms(100), Ms(100));
        _trace.Begin("b", Ms(110), Ms(112));
        _trace.End(Ms(120), Ms(120));
        Assert.Equal(["a", "nobody", "b"], Told(105, 109, 112));
    }

    [Fact]
    public void A_package_that_runs_twice_is_one()
    {
        _trace.Begin("a", Ms(100), Ms(100));
        _trace.Begin("a", Ms(101), Ms(101));
        _trace.End(Ms(999.5), Ms(999.5));
        _trace.End(Ms(1001), Ms(1001));
        Assert.Equal(["a", "a", "nobody"], Told(100, 999, 1002));
    }

    private string[] Told(params double[] stamps) => [.. stamps.Select(stamp => _trace.PackageAt(Ms(stamp)) ?? "nobody")];

    private static FileTime Ms(double milliseconds) => new((long)milliseconds / 1000, (int)(Math.Round(milliseconds % 1000 * 1000) * 1000));
}
