using System.Globalization;
using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

/// <summary>
/// Root inside an environment writes its files as long as it likes. Each of these is merged in a second or less; in time that grows with the
/// square of the length it would take many minutes, so the limit only has to be somewhere between.
/// </summary>
public sealed class LongStateTests
{
    private const string Alternatives = "/var/lib/dpkg/alternatives/a";
    private const int Many = 300_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public Task A_stanza_of_many_fields() => Merges(
        "/var/lib/dpkg/status", Package("1", ""), Package("1", Lines(Many, i => $"F{i}: x\n")), Package("2", ""), Package("2", Lines(Many, i => $"F{i}: x\n")));

    [Fact]
    public Task A_field_of_many_lines() => Merges(
        "/var/lib/dpkg/status", Package("1", ""), Package("1", "Description: x\n" + Lines(Many, i => $" {i}\n")), Package("2", ""), Package("2", "Description: x\n" + Lines(Many, i => $" {i}\n")));

    [Fact]
    public Task Many_packages_on_either_side()
    {
        var own = Lines(40_000, i => Named($"a{i:D6}", "1"));
        var next = Lines(40_000, i => Named($"b{i:D6}", "1"));
        return Merges("/var/lib/dpkg/status", Named("c", "1"), own + Named("c", "1"), next + Named("c", "2"), own + next + Named("c", "2"));
    }

    [Fact]
    public Task An_alternative_of_many_slaves()
    {
        var slaves = Lines(Many, i => $"s{i:D6}\n/s{i}\n");
        return Merges(Alternatives, "auto\n/a\n\n/b\n1\n\n", $"auto\n/a\n{slaves}\n/b\n1\n{new string('\n', Many)}\n", "auto\n/a\n\n/b\n2\n\n", $"auto\n/a\n{slaves}\n/b\n2\n{new string('\n', Many)}\n");
    }

    [Fact]
    public Task An_alternative_of_many_choices()
    {
        var choices = Lines(Many, i => $"/c{i:D6}\n1\n");
        return Merges(Alternatives, "auto\n/a\n\n/b\n1\n\n", $"auto\n/a\n\n/b\n1\n{choices}\n", "auto\n/a\n\n/b\n2\n\n", $"auto\n/a\n\n/b\n2\n{choices}\n");
    }

    [Fact]
    public Task A_group_of_many_members()
    {
        var (own, next) = (string.Join(',', Enumerable.Range(0, Many).Select(i => $"u{i}")), string.Join(',', Enumerable.Range(0, Many).Select(i => $"v{i}")));
        return Merges("/etc/group", "g:x:1:\n", $"g:x:1:{own}\n", $"g:x:1:{next}\n", $"g:x:1:{own},{next}\n");
    }

    [Fact]
    public Task Many_ranges_of_ids_on_either_side()
    {
        var (own, next) = (Lines(50_000, i => $"u:{100_000 + i}:1\n"), Lines(50_000, i => $"v:{1_000_000 + i}:1\n"));
        return Merges("/etc/subuid", "", own, next, own + next);
    }

    private static async Task Merges(string path, string old, string own, string next, string merged)
    {
        var outcome = await Task.Run(() => Merging.Merge(path, old, own, next), TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Empty(outcome.Conflicts);
        Assert.True(merged == outcome.Text);
    }

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));

    private static string Package(string version, string rest) => Named("a", version).TrimEnd('\n') + "\n" + rest + "\n";

    private static string Named(string name, string version) =>
        string.Create(CultureInfo.InvariantCulture, $"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n");
}
