using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <param name="Name">Below the suite's directory.</param>
internal sealed record IndexForm(string Name, ReleaseEntry Entry);

/// <summary>One Packages index that a snapshot needs, and the forms in which the Release lists it, the cheapest first.</summary>
internal sealed record IndexPlan(string Component, string Architecture, ImmutableArray<IndexForm> Forms, ReleaseEntry? Plain)
{
    // Smallest to fetch first; all of them decode quickly enough not to matter beside the network.
    private static readonly string[] Extensions = [".xz", ".zst", ".gz", "", ".bz2", ".lzma"];

    /// <summary>
    /// All indexes of the repository's components for the architectures, and for <c>all</c> where the archive keeps it apart. Foreign
    /// architectures are taken where there are any: not every suite has them.
    /// </summary>
    /// <param name="architectures">The native one first.</param>
    /// <exception cref="EzException">The suite lacks a component, or the native architecture.</exception>
    public static ImmutableArray<IndexPlan> For(ResolvedRepository repository, string suite, ReleaseInfo release, IReadOnlyList<string> architectures)
    {
        var architecture = architectures[0];
        var plans = ImmutableArray.CreateBuilder<IndexPlan>();
        foreach (var component in repository.Components)
        {
            var own = Find(release, component, architecture);
            var all = HasAll(release) ? Find(release, component, "all") : null;
            if (own is null && all is null)
            {
                throw new EzException(
                    FailureKind.Usage,
                    $"suite `{suite}` of repository `{repository.Id}` has no packages for architecture `{architecture}` in component `{component}`",
                    $"it has components {string.Join(", ", release.Components)} and architectures {string.Join(", ", release.Architectures)}");
            }

            plans.AddRange(new[] { own, all }.OfType<IndexPlan>());
            plans.AddRange(architectures.Skip(1).Select(foreign => Find(release, component, foreign)).OfType<IndexPlan>());
        }

        return plans.ToImmutable();
    }

    /// <summary>The form that is on disk already, or else the cheapest of those not yet found missing.</summary>
    public IndexForm? Choose(MetadataFolder folder, IReadOnlySet<string> missing)
    {
        var left = Forms.Where(form => !missing.Contains(form.Name)).ToList();
        return left.Find(form => File.Exists(folder.IndexPath(form.Entry.Sha256))) ?? left.FirstOrDefault();
    }

    private static bool HasAll(ReleaseInfo release) =>
        release.Architectures.Contains("all") && !release.NoSupportForArchitectureAll.Contains("Packages");

    private static IndexPlan? Find(ReleaseInfo release, string component, string architecture)
    {
        var name = $"{component}/binary-{architecture}/Packages";
        var forms = Extensions
            .Where(extension => release.Files.ContainsKey(name + extension))
            .Select(extension => new IndexForm(name + extension, release.Files[name + extension]))
            .ToImmutableArray();
        return forms.IsEmpty ? null : new IndexPlan(component, architecture, forms, release.Files.GetValueOrDefault(name));
    }
}
