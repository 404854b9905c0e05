using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Tells what is the matter with a requested package that has no candidate at all.</summary>
internal sealed class RpmUnknown
{
    private const int MostMembers = 4;
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmEncoder _encoder;
    private readonly RpmWords _words;
    private readonly CancellationToken _cancellation;

    private RpmUnknown(RpmUniverse universe, RpmRequest request, RpmEncoder encoder, CancellationToken cancellation)
    {
        _universe = universe;
        _request = request;
        _encoder = encoder;
        _words = new RpmWords(universe, encoder.Policy);
        _cancellation = cancellation;
    }

    public static Conflict? Find(RpmUniverse universe, RpmRequest request, RpmEncoder encoder, CancellationToken cancellation)
    {
        if (RpmModules.Trouble(universe, request) is { } trouble)
        {
            return trouble;
        }

        var root = encoder.Roots.FirstOrDefault(r => r.Candidates.Count == 0);
        if (root is null)
        {
            return null;
        }

        var unknown = new RpmUnknown(universe, request, encoder, cancellation);
        var conflict = unknown.Describe(root.Asked);
        return conflict.Hint is null && request.Install.Length > 1
            ? conflict with { Hint = unknown.Tried($"leave out `{root.Asked}`", request with { Install = request.Install.Remove(root.Asked) }) }
            : conflict;
    }

    private Conflict Describe(PackageRequest wanted)
    {
        var (universe, encoder, words) = (_universe, _encoder, _words);
        if (wanted.Name.StartsWith('@'))
        {
            return Group(wanted);
        }

        var refused = encoder.Candidates.AllOf(wanted);
        if (refused.Count > 0)
        {
            refused.Sort(encoder.Policy);
            return Refused(wanted, refused);
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

    /// <summary>A group that brings nothing: there is none of the name, its members are optional, or none of them is to be had.</summary>
    private Conflict Group(PackageRequest wanted)
    {
        Conflict Because(string line, string? hint) => new([line], hint, new UnknownPackage(wanted, UnknownCause.NoSuchName));
        if (_universe.Find(wanted.Name[1..]) is not { } id || _universe.Groups.IndexOf(id) is var group && group < 0)
        {
            return Because($"no repository has a group `{wanted.Name}`", null);
        }

        var optional = _universe.MembersOf(group).ToArray().Where(m => m.Kind == RpmMemberKind.Optional)
            .Select(m => new PackageRequest(_universe.Text(m.Name))).Where(m => _encoder.Candidates.Of(m).Count > 0).ToList();
        if (optional.Count == 0)
        {
            return Because($"no repository has a package of the group `{wanted.Name}`", null);
        }

        var at = _request.Install.IndexOf(wanted);
        var hints = optional.Select(m => Tried($"ask for members that are wanted by name, as `{m}`, in the place of `{wanted}`", _request with { Install = _request.Install.SetItem(at, m) }));
        var more = optional.Count > MostMembers ? $" and {optional.Count - MostMembers} more" : "";
        return Because(
            $"`{wanted}` is asked for, but all members of that group are optional and do not come with it: {string.Join(", ", optional.Take(MostMembers))}{more}",
            hints.FirstOrDefault(h => h is not null));
    }

    private Conflict Refused(PackageRequest wanted, List<PackageId> refused)
    {
        var policy = _encoder.Policy;
        Conflict Because(string why, string? hint, UnknownCause cause) =>
            new([$"`{wanted}` is asked for, but {why}"], hint, new UnknownPackage(wanted, cause));
        if (refused.TrueForAll(policy.IsOfOtherArchitecture))
        {
            return Because($"{_words.List(refused)} {(refused.Count == 1 ? "is" : "are")} of no architecture that is asked for", null, UnknownCause.OtherVersions);
        }

        _ = refused.RemoveAll(policy.IsOfOtherArchitecture);
        if (refused.FindAll(policy.IsExcluded) is [var excluded, ..])
        {
            var name = _universe.Text(_universe.Names[excluded.Value]);
            var hint = Tried($"remove `{name}` from `exclude`, or do not ask for it", _request with { Exclude = _request.Exclude.Remove(name) });
            return Because($"the recipe excludes `{name}`", hint, UnknownCause.Excluded);
        }

        if (refused.Select(policy.HeldBack).FirstOrDefault(h => h is not null) is { } hold)
        {
            return Because(
                $"the recipe holds it at `{hold.VersionPattern}` ({hold.Reason}); there is only {_words.List(refused)}",
                Tried($"lift or change the hold on `{hold.Package}`", _request with { Holds = _request.Holds.RemoveAll(h => h.Package == hold.Package) }),
                UnknownCause.Held);
        }

        if (refused.FindAll(policy.IsForbiddenByPin) is { Count: > 0 } pinned)
        {
            bool Forbids(PackagePin pin) => pin.Priority <= 0 && pinned.Exists(p => VersionPattern.Matches(pin.Package, _universe.Text(_universe.Names[p.Value])));
            return Because(
                $"a pin forbids {_words.List(pinned)}",
                _request.Pins.FirstOrDefault(Forbids) is { } pin ? Tried($"lift the pin on `{pin.Package}`", _request with { Pins = _request.Pins.RemoveAll(Forbids) }) : null,
                UnknownCause.Forbidden);
        }

        if (refused.FindAll(policy.IsHiddenByModules) is { Count: > 0 } modular)
        {
            var hints = _encoder.StreamsOf(modular).Select(s => RpmModules.Asking(_request, s)).Select(a => Tried(a.Hint, a.Request)).OfType<string>().ToList();
            return Because(
                $"{_words.List(modular)} {(modular.Count == 1 ? "is" : "are")} of module streams that are not enabled",
                hints.Count == 0 ? null : string.Join("; or ", hints),
                UnknownCause.Forbidden);
        }

        return Because(
            refused.Exists(policy.IsHiddenByPriority) ? $"a repository that comes first hides {_words.List(refused)}"
                : $"every source of {_words.List(refused)} has a negative priority",
            null,
            UnknownCause.Forbidden);
    }

    /// <summary>The hint if the change helps, else null.</summary>
    private string? Tried(string hint, RpmRequest changed) => RpmSolver.IsSolvable(_universe, changed, _cancellation) ? hint : null;
}
