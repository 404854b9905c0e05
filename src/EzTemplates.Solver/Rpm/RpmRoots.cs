using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>One thing that a recipe asks for: a package, or a member of a group that it asks for.</summary>
/// <param name="Asked">As the recipe has it.</param>
/// <param name="Member">The group's member; empty where a package is asked for.</param>
/// <param name="Candidates">Best first; empty where nothing will do.</param>
/// <param name="Condition">Packages of which one must be there for the member to be wanted; null where it always is.</param>
internal sealed record RpmRoot(PackageRequest Asked, string Member, List<PackageId> Candidates, List<PackageId>? Condition = null);

/// <summary>Takes a recipe's packages and groups apart.</summary>
internal static class RpmRoots
{
    public static List<RpmRoot> Of(RpmUniverse universe, RpmRequest request, RpmCandidates candidates)
    {
        var roots = new List<RpmRoot>();
        foreach (var asked in request.Install)
        {
            if (asked.Name.StartsWith('@'))
            {
                AddGroup(universe, asked, candidates, roots);
            }
            else
            {
                roots.Add(new RpmRoot(asked, "", candidates.Of(asked)));
            }
        }

        return roots;
    }

    /// <summary>
    /// Mandatory, default and conditional members, as dnf installs a group; an environment group's groups, but not its optional ones.
    /// A member that no repository has is passed over: groups name packages of architectures and releases that are not here.
    /// </summary>
    private static void AddGroup(RpmUniverse universe, PackageRequest asked, RpmCandidates candidates, List<RpmRoot> roots)
    {
        var known = roots.Count;
        var pending = new Queue<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        pending.Enqueue(asked.Name[1..]);
        while (pending.TryDequeue(out var id))
        {
            if (!seen.Add(id) || universe.Find(id) is not { } name || universe.Groups.IndexOf(name) is var group && group < 0)
            {
                continue;
            }

            foreach (var member in universe.MembersOf(group))
            {
                if (member.Kind == RpmMemberKind.Group)
                {
                    pending.Enqueue(universe.Text(member.Name));
                }
                else if (member.Kind is not (RpmMemberKind.Optional or RpmMemberKind.OptionalGroup))
                {
                    AddMember(universe, asked, member, candidates, roots);
                }
            }
        }

        if (roots.Count == known)
        {
            roots.Add(new RpmRoot(asked, "", []));
        }
    }

    private static void AddMember(
        RpmUniverse universe, PackageRequest asked, RpmGroupMember member, RpmCandidates candidates, List<RpmRoot> roots)
    {
        var name = universe.Text(member.Name);
        var found = candidates.Of(new PackageRequest(name));
        if (found.Count > 0)
        {
            var condition = member.Kind == RpmMemberKind.Conditional ? candidates.Of(new PackageRequest(universe.Text(member.Condition))) : null;
            roots.Add(new RpmRoot(asked, name, found, condition));
        }
    }
}
