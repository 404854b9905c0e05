using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>A mount namespace that somebody else made has copies of all views, and keeps them when they are unmounted here.</summary>
[Collection(OtherNamespaces.Name)]
public sealed class ForeignNamespaceTests : IDisposable
{
    private readonly Ground _ground = new();

    public ForeignNamespaceTests()
    {
        Requires.Tool("unshare");
        _ground.Publish(0, Ground.Package("base", "1"));
    }

    [Fact]
    public void A_view_that_it_has_is_not_mounted_a_second_time()
    {
        _ground.Ez.Succeed("build", _ground.Recipes.Os("small", "base"));
        _ground.Ez.Succeed("env", "create", "web", "--template", "small");
        var root = _ground.Ez.Succeed("env", "path", "web").Output;
        using var holder = new RunningEz(OwnMounts.Of(new ToolCommand("sh", "-c", "read line; exit 0"), "echo ready", keep: _ground.Ez.Store));
        RunningEz.WaitFor(holder.Output, "ready");
        _ground.Ez.Succeed("env", "umount", "web");

        Ground.Fails(
            _ground.Ez.Run("env", "path", "web"),
            7,
            $"ez: the view of `web` is mounted in another mount namespace (process {holder.Id} (sh)), and cannot be mounted twice\n"
            + $"hint: run ez there: nsenter --mount --target {holder.Id} ez ...");
        holder.CloseInput();
        Assert.Equal(0, holder.End().ExitCode);
        Assert.Equal(root, _ground.Ez.Succeed("env", "path", "web").Output);
    }

    public void Dispose() => _ground.Dispose();
}
