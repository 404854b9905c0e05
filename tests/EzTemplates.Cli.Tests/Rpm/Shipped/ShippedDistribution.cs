using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Rpm.Shipped;

/// <summary>
/// Packages with the names, the dependencies and the kinds of files and scriptlets of a distribution's own, for the recipes that are shipped:
/// busybox is the shell and the tools, and scripts stand for the other programs.
/// </summary>
internal sealed record ShippedDistribution
{
    /// <summary>The recipe's name.</summary>
    public required string Os { get; init; }

    /// <summary>What the OS recipe brings, sorted by name.</summary>
    public required IReadOnlyList<string> OsPackages { get; init; }

    /// <summary>What nginx brings beside it, sorted by name.</summary>
    public required IReadOnlyList<string> AppPackages { get; init; }

    /// <summary>Where its rpm has its database.</summary>
    public required string Database { get; init; }

    /// <summary>Where package sources are written for its package manager.</summary>
    public required string Sources { get; init; }

    /// <summary>How its repository sums packages and metadata.</summary>
    public string Checksum { get; init; } = "sha256";

    /// <summary>What <c>rpm -Va</c> prints of a view.</summary>
    public IReadOnlyList<string> Verified { get; init; } = [];

    /// <summary>The version of nginx in either snapshot.</summary>
    public required (string First, string Second) Nginx { get; init; }

    /// <summary>A spec's sections, of everything but nginx.</summary>
    public required string System { get; init; }

    /// <summary>Shell commands before all that lay files; empty: none.</summary>
    public string Prepare { get; init; } = "";

    /// <summary>Lays its files.</summary>
    public required string Install { get; init; }

    /// <summary>nginx and what is built with it, of a version.</summary>
    public required Func<string, string> WebServer { get; init; }

    /// <returns>The packages of both snapshots, signed: the second has another nginx.</returns>
    public (Dictionary<string, byte[]> First, Dictionary<string, byte[]> Second) Build(GeneratedRpmRepository repository)
    {
        var system = repository.Sign(new RpmSpec(System, Prepare + Install).Build());
        return (With(Nginx.First), With(Nginx.Second));

        Dictionary<string, byte[]> With(string version) =>
            system.Concat(repository.Sign(new RpmSpec(WebServer(version), Prepare + WebServerFiles.Lay(version)).Build())).ToDictionary();
    }

    public override string ToString() => Os;
}
