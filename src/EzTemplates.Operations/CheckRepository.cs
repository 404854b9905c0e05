using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;

namespace EzTemplates.Operations;

/// <summary>
/// <c>ez repo check</c>: which packages cannot be installed, each for itself on an empty system, and why. What is looked at is what a
/// recipe's repositories have today, under its own pins, holds and exclusions, or one Packages file or primary.xml.
/// </summary>
public static class CheckRepository
{
    private const string RecipeEnd = ".yaml";

    /// <param name="what">A recipe's path or name, or the path of a Packages file or primary.xml, compressed or not.</param>
    public static async Task<RepositoryCheckReport> RunAsync(Workspace workspace, string what, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(workspace);
        ArgumentNullException.ThrowIfNull(what);
        var file = IsIndex(what) ? null : RecipeFile.Load(what);
        if (file is null && Path.GetFileName(what).Contains("primary.xml", StringComparison.Ordinal))
        {
            return CheckRpmRepository.RunAlone(workspace, what, cancel);
        }

        if (file?.Os.Family == PackageFamily.Rpm)
        {
            var ground = await workspace.Steps.RunAsync("snapshot", () => RpmGround.OpenAsync(workspace, file, null, cancel)).ConfigureAwait(false);
            return CheckRpmRepository.Run(workspace, what, ground, file, cancel);
        }

        var (universe, request) = file is null
            ? workspace.Steps.Run("read", () => ReadIndex(what))
            : await OfRecipeAsync(workspace, file, cancel).ConfigureAwait(false);
        var verdict = workspace.Steps.Run("check", () => DebArchive.Check(universe, request, cancel));
        var broken = workspace.Steps.Run("explain", () => verdict.Broken.Select(package => Explain(universe, request, package, cancel)).ToList());
        return new RepositoryCheckReport(what, verdict.Packages, broken, [.. verdict.Undecided.Select(universe.Describe)], workspace.Steps.Times());
    }

    private static bool IsIndex(string what) => File.Exists(what) && !what.EndsWith(RecipeEnd, StringComparison.Ordinal);

    private static async Task<(PackageUniverse Universe, DebRequest Request)> OfRecipeAsync(Workspace workspace, RecipeFile file, CancellationToken cancel)
    {
        var ground = await workspace.Steps.RunAsync("snapshot", () => DebGround.OpenAsync(workspace, file, null, cancel)).ConfigureAwait(false);
        return (ground.Universe, LockRequest.Of(ground, file, null, null, UpdateScope.All));
    }

    private static (PackageUniverse Universe, DebRequest Request) ReadIndex(string path)
    {
        using var file = File.OpenRead(path);
        using var text = new MemoryStream();
        using (var decoded = Decompression.Open(file, CompressionNames.OfName(path), new DecompressionOptions { Threads = 2 }))
        {
            decoded.CopyTo(text);
        }

        var builder = new UniverseBuilder();
        builder.AddIndex(new PackagesIndex(Path.GetFileName(path), text.GetBuffer().AsMemory(0, (int)text.Length), path));
        var universe = builder.ToUniverse();
        return (universe, new DebRequest { Install = [], NativeArchitecture = NativeOf(universe) });
    }

    /// <summary>What most packages are for.</summary>
    private static string NativeOf(PackageUniverse universe)
    {
        var counts = new Dictionary<StringId, int>();
        foreach (var architecture in universe.Architectures)
        {
            counts[architecture] = counts.GetValueOrDefault(architecture) + 1;
        }

        return counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key.Value).Select(c => universe.Text(c.Key)).FirstOrDefault(name => name != "all") ?? "all";
    }

    private static BrokenPackage Explain(PackageUniverse universe, DebRequest request, PackageId package, CancellationToken cancel)
    {
        var conflict = DebArchive.Explain(universe, request, package, cancel);
        return new BrokenPackage(
            universe.Text(universe.Names[package.Value]),
            universe.Text(universe.Versions[package.Value]),
            universe.Text(universe.Architectures[package.Value]),
            universe.Sources[universe.SourceNumbers[package.Value]],
            LinesOf(conflict));
    }

    /// <summary>That the package itself is asked for goes without saying.</summary>
    internal static IReadOnlyList<string> LinesOf(Conflict conflict) =>
        [.. conflict.ToString().Split('\n').Where((line, number) => number > 0 || !line.EndsWith(" is asked for", StringComparison.Ordinal))];
}
