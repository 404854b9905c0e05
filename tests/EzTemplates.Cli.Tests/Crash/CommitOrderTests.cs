using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>
/// Power loss, as far as a kernel without a device mapper lets it be tried: the system calls of a real build are in the order that
/// a disk which forgets all that was not synced needs, and the judge of that order sees when it is changed.
/// </summary>
public sealed class CommitOrderTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData("image")]
    [InlineData("tree")]
    [InlineData("copy")]
    public void A_build_names_nothing_before_what_it_stands_for_is_durable(string layer)
    {
        Strace.Require();
        var lines = Trace(layer);
        var layers = layer == "copy" ? "copies" : layer + "s";
        Assert.Empty(CommitOrder.Violations(lines, _ground.Ez.Store));

        var renames = lines.Index().Where(line => line.Item.Contains("rename", StringComparison.Ordinal)).ToList();
        foreach (var folder in (string[])["data/.ez-objects/", "contents/", "manifests/", layers + "/", "versions/small/1.0.0.lock.json", "versions/small/1.0.0.json"])
        {
            // Its name first of all.
            var at = renames.First(line => line.Item.Contains($"\"{_ground.Ez.Store}/store/{folder}", StringComparison.Ordinal)).Index;
            Assert.NotEmpty(CommitOrder.Violations([lines[at], .. lines[..at], .. lines[(at + 1)..]], _ground.Ez.Store));
        }

        var dropped = lines.Where(line => !line.Contains("syncfs(", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(CommitOrder.Violations(dropped, _ground.Ez.Store));
        foreach (var folder in (string[])["manifests", layers])
        {
            Assert.NotEmpty(CommitOrder.Violations(lines.Where(line => !line.Contains($"/store/{folder}>)", StringComparison.Ordinal)), _ground.Ez.Store));
        }

        var catalog = lines.FindLastIndex(line => line.Contains("/catalog.db", StringComparison.Ordinal) && line.Contains("pwrite64(", StringComparison.Ordinal));
        var record = renames.First(line => line.Item.Contains("versions/small/1.0.0.json", StringComparison.Ordinal)).Index;
        Assert.NotEmpty(CommitOrder.Violations([.. lines[..record], .. lines[(record + 1)..(catalog + 1)], lines[record], .. lines[(catalog + 1)..]], _ground.Ez.Store));
    }

    private List<string> Trace(string layer)
    {
        _ground.Publish(1, Ground.Package("base", "1"), Ground.Package("tool", "1"));
        var recipe = _ground.Recipes.Os("small", "base, tool");
        _ground.Ez.Environment["EZ_VIEW_LAYER"] = layer;
        _ground.Ez.Succeed("lock", recipe);
        var log = _ground.Temp.At("strace.log");
        ToolRun.Run(new ToolCommand("strace", ["-f", "-y", "-q", "-s", "0", "-o", log, "-e", "trace=" + CommitOrder.Calls, EzProgram.File, "build", recipe])
        {
            Environment = new Dictionary<string, string?>(_ground.Ez.Environment, StringComparer.Ordinal) { ["DOTNET_PROCESSOR_COUNT"] = "1", ["DOTNET_EnableDiagnostics"] = "0" },
        }).Succeed();
        return CommitOrder.Whole(File.ReadLines(log));
    }
}
