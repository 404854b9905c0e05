using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Tells what is the matter with a requested package that has no candidate at all.</summary>
internal static class RpmUnknown
{
    public static Conflict? Find(RpmUniverse universe, RpmEncoder encoder)
    {
        var root = encoder.Roots.FirstOrDefault(r => r.Candidates.Count == 0);
        return root is null ? null : Describe(universe, root.Asked, encoder);
    }

    private static Conflict Describe(RpmUniverse universe, PackageRequest wanted, RpmEncoder encoder)
    {
        var words = new RpmWords(universe, encoder.Policy);
        if (wanted.Name.StartsWith('@'))
        {
            return new Conflict(
                [universe.Find(wanted.Name[1..]) is { } id && universe.Groups.Contains(id)
                    ? $"no repository has a package of the group `{wanted.Name}`" : $"no repository has a group `{wanted.Name}`"],
                null,
                new UnknownPackage(wanted, UnknownCause.NoSuchName));
        }

        var refused = encoder.Candidates.AllOf(wanted);
        if (refused.Count > 0)
        {
            return Refused(wanted, refused, encoder, words);
        }

        var others = universe.Find(wanted.Name) is { } name ? encoder.Policy.Named(name).ToList() : [];
        others.Sort(encoder.Policy);
        return others.Count == 0
            ? new Conflict([$"no repository has a package `{wanted.Name}`"], null, new UnknownPackage(wanted, UnknownCause.NoSuchName))
            : new Conflict(
                [$"`{wanted}` is asked for, but there is only {words.List(others)}"],
                null,
                new UnknownPackage(wanted, UnknownCause.OtherVersions));
    }

    private static Conflict Refused(PackageRequest wanted, List<PackageId> refused, RpmEncoder encoder, RpmWords words)
    {
        var policy = encoder.Policy;
        Conflict Because(string why, string? hint, UnknownCause cause) =>
            new([$"`{wanted}` is asked for, but {why}"], hint, new UnknownPackage(wanted, cause));
        if (refused.Find(policy.IsExcluded) is var excluded && policy.IsExcluded(excluded))
        {
            var name = words.Name(excluded);
            return Because($"the recipe excludes `{name}`", $"remove `{name}` from `exclude`, or do not ask for it", UnknownCause.Excluded);
        }

        if (refused.Select(policy.HeldBack).FirstOrDefault(h => h is not null) is { } hold)
        {
            return Because(
                $"the recipe holds it at `{hold.VersionPattern}` ({hold.Reason}); there is only {words.List(refused)}",
                $"lift or change the hold on `{hold.Package}`",
                UnknownCause.Held);
        }

        if (refused.FindAll(policy.IsHiddenByModules) is { Count: > 0 } modular)
        {
            var streams = encoder.StreamsOf(modular);
            return Because(
                $"{words.List(modular)} {(modular.Count == 1 ? "is" : "are")} of module streams that are not enabled",
                streams.Count == 0 ? null : $"enable {string.Join(" or ", streams.Select(s => $"`{s}`"))} under `modules`",
                UnknownCause.Forbidden);
        }

        var isForeign = refused.TrueForAll(policy.IsOfOtherArchitecture);
        return Because(
            isForeign ? $"{words.List(refused)} {(refused.Count == 1 ? "is" : "are")} of no architecture that is asked for"
                : refused.Exists(policy.IsHiddenByPriority) ? $"a repository that comes first hides {words.List(refused)}"
                : $"every source of {words.List(refused)} has a negative priority",
            null,
            isForeign ? UnknownCause.OtherVersions : UnknownCause.Forbidden);
    }
}
