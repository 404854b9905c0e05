using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>What <see cref="RpmJourney"/> goes through: two snapshots, what recipes ask for, and commands for its systems.</summary>
internal sealed record JourneyGround
{
    /// <summary>Shows the repository's next snapshot, of which there are two.</summary>
    public required Action<int> Publish { get; init; }

    public required string Address { get; init; }

    public required string KeyFile { get; init; }

    public required string Os { get; init; }

    public required string App { get; init; }

    /// <summary>What dnf installs into the environment.</summary>
    public required string Extra { get; init; }

    /// <summary>Adds the user <c>deploy</c>.</summary>
    public required string AddUser { get; init; }

    /// <summary>Starts a server, and prints what it answers on the loopback interface.</summary>
    public required string Serve { get; init; }

    public string Shell { get; init; } = "/bin/sh";
}

/// <summary>
/// A system and an application on it, from recipes to an environment in which an administrator adds a user and has dnf install a package;
/// to the second snapshot, and back. At each stop it is what dnf makes of the same steps, as rpm and dnf see it.
/// </summary>
internal sealed class RpmJourney : IDisposable
{
    private readonly JourneyGround _ground;
    private readonly ComparedRecipes _recipes;
    private string[] _own = [];

    public RpmJourney(JourneyGround ground)
    {
        _ground = ground;
        _recipes = new ComparedRecipes(ground.Address, ground.KeyFile, ground.Os, ground.App);
    }

    private DnfRoot Dnf => _recipes.Dnf;

    public void Dispose() => _recipes.Dispose();

    /// <param name="pages">What the server answers in either snapshot.</param>
    public void Go(string[] pages)
    {
        _ground.Publish(0);
        _recipes.Up();
        var first = _recipes.Peer("first");
        Assert.Equal(Dnf.Verify(first), Dnf.Verify(_recipes.Root));
        AdministerPeer(first);
        Exec(_ground.AddUser);
        var before = Dnf.Installed(_recipes.Root);
        Dnf.Install(_recipes.Root, 0, [_ground.Extra]);
        _own = [.. Dnf.Installed(_recipes.Root).Except(before)];
        AssertLike(first, pages[0]);

        _ground.Publish(1);
        _recipes.Update();
        AssertLike(first, pages[0]);
        var second = _recipes.Peer("second");
        AdministerPeer(second);
        _recipes.Ez.Succeed("upgrade", "web");
        AssertLike(second, pages[1]);

        _recipes.Ez.Succeed("rollback", "web");
        AssertLike(first, pages[0]);
        _recipes.Ez.Succeed("store", "check");
    }

    private void AdministerPeer(string root)
    {
        ToolRun.Run("chroot", root, _ground.Shell, "-c", _ground.AddUser).Succeed();
        Dnf.Install(root, 0, [_ground.Extra]);
    }

    private void AssertLike(string peer, string page)
    {
        Assert.Contains(page, Exec(_ground.Serve), StringComparison.Ordinal);
        Assert.Equal("deploy\n", Exec("id -nu deploy"));
        Assert.Contains(Dnf.Installed(_recipes.Root), package => package.StartsWith(_ground.Extra + "-", StringComparison.Ordinal));

        // No update of the template touches what dnf has installed here, its dependencies included.
        var own = _own.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(Dnf.Installed(peer).Where(package => !own.Contains(NameOf(package))).Concat(_own).Order(StringComparer.Ordinal), Dnf.Installed(_recipes.Root));
        Assert.Equal(Dnf.Verify(peer), Dnf.Verify(_recipes.Root));
        Assert.Equal(Dnf.Check(peer), Dnf.Check(_recipes.Root));
    }

    /// <summary>Before the version and the release.</summary>
    private static string NameOf(string package) => string.Join('-', package.Split('-')[..^2]);

    private string Exec(string script) => _recipes.Ez.Succeed("env", "exec", "--network", "none", "web", "--", _ground.Shell, "-c", script).Output;
}
