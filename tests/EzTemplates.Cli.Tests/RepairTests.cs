using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What a disk lost, or somebody removed, comes back with the command that made it.</summary>
public sealed class RepairTests : IDisposable
{
    private readonly Ground _ground = new();

    public void Dispose() => _ground.Dispose();

    [Theory]
    [InlineData("manifests", "image")]
    [InlineData("images", "image")]
    [InlineData("trees", "tree")]
    [InlineData("copies", "copy")]
    public void Build_makes_what_a_version_lacks(string folder, string layer)
    {
        Requires.Root();
        _ground.Ez.Environment["EZ_VIEW_LAYER"] = layer;
        _ground.Publish(1, Ground.Package("base", "1"));
        var recipe = _ground.Recipes.Os("small", "base");
        _ground.Ez.Succeed("lock", recipe);
        _ground.Ez.Succeed("build", recipe);
        var lost = Directory.EnumerateFileSystemEntries(_ground.Temp.At($"store/store/{folder}")).Single();
        var before = StoreSnapshot.Take(_ground.Temp.At("store/store"), "lock", "locks", "history");
        ToolRun.Run("rm", "-r", lost).Succeed();

        _ground.Ez.Succeed("build", recipe);

        before.AssertSame(StoreSnapshot.Take(_ground.Temp.At("store/store"), "lock", "locks", "history"));
    }
}
