using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Tells what is the matter with a requested package that has no candidate at all.</summary>
internal static class DebUnknown
{
    public static Conflict? Find(PackageUniverse universe, DebRequest request, DebEncoder encoder, CancellationToken cancellation)
    {
        foreach (var package in request.Install)
        {
            encoder.Candidates.Collect(package);
            if (encoder.Candidates.Found.Count == 0)
            {
                return Describe(universe, package, encoder, (hint, changed) => DebSolver.IsSolvable(universe, changed(request), cancellation) ? hint : null);
            }
        }

        return null;
    }

    /// <param name="tried">A hint if the change of the request helps.</param>
    private static Conflict Describe(PackageUniverse universe, PackageRequest wanted, DebEncoder encoder, Func<string, Func<DebRequest, DebRequest>, string?> tried)
    {
        var words = new DebWords(universe, encoder.Matching);
        encoder.Candidates.Collect(wanted, false);
        var refused = encoder.Candidates.Found.ToList();
        if (refused.Count > 0)
        {
            return Refused(wanted, refused, encoder.Policy, words, tried);
        }

        var others = universe.Find(wanted.Name) is { } name
            ? (universe.Named(name).IsEmpty ? universe.Providers(name) : universe.Named(name)).ToArray().ToList()
            : [];
        others.Sort(encoder.Policy);
        return others.Count == 0
            ? new Conflict([$"no repository has a package `{wanted.Name}`"], null, new UnknownPackage(wanted, UnknownCause.NoSuchName))
            : new Conflict(
                [$"`{wanted}` is asked for, but there is only {OfOtherArchitectures(universe, wanted, others) ?? words.List(others)}"],
                null,
                new UnknownPackage(wanted, UnknownCause.OtherVersions));
    }

    /// <summary>The architectures that there are, where the one that is asked for is not among them; else null.</summary>
    private static string? OfOtherArchitectures(PackageUniverse universe, PackageRequest wanted, List<PackageId> others)
    {
        var there = others.Select(p => universe.Text(universe.Architectures[p.Value])).Distinct().Order(StringComparer.Ordinal).ToList();
        return wanted.Architecture is "" or "any" or "native" || there.Contains(wanted.Architecture) ? null : string.Join(", ", there.Select(a => $"{wanted.Name}:{a}"));
    }

    private static Conflict Refused(
        PackageRequest wanted, List<PackageId> refused, DebPolicy policy, DebWords words, Func<string, Func<DebRequest, DebRequest>, string?> tried)
    {
        if (refused.FindAll(policy.IsExcluded) is [var excluded, ..])
        {
            var name = words.PlainName(excluded);
            return new Conflict(
                [$"`{wanted}` is asked for, but the recipe excludes `{name}`"],
                tried($"remove `{name}` from `exclude`, or do not ask for it", request => request with { Exclude = request.Exclude.Remove(name) }),
                new UnknownPackage(wanted, UnknownCause.Excluded));
        }

        if (refused.Select(policy.HeldBack).FirstOrDefault(h => h is not null) is { } hold)
        {
            return new Conflict(
                [$"`{wanted}` is asked for, but the recipe holds it at `{hold.VersionPattern}` ({hold.Reason}); there is only {words.List(refused)}"],
                tried($"lift or change the hold on `{hold.Package}`", request => request with { Holds = request.Holds.RemoveAll(h => h.Package == hold.Package) }),
                new UnknownPackage(wanted, UnknownCause.Held));
        }

        return new Conflict(
            [$"`{wanted}` is asked for, but the priority of {words.List(refused)} forbids {(refused.Count == 1 ? "it" : "them")}"],
            null,
            new UnknownPackage(wanted, UnknownCause.Forbidden));
    }
}
