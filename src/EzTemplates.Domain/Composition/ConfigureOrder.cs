using System.Collections.Immutable;

namespace EzTemplates.Domain.Composition;

/// <summary>What the order of configuration needs to know of a package. Dependencies are names; of alternatives, all of them.</summary>
public sealed record PackageToOrder(
    string Name,
    string Architecture,
    ImmutableArray<string> Provides,
    ImmutableArray<string> PreDepends,
    ImmutableArray<string> Depends);

/// <summary>
/// The order in which packages are configured: a package after those it depends on, ties by name. The same for every order of the input.
/// </summary>
public static class ConfigureOrder
{
    // Every other package's scripts take the users and directories of these two for granted; debootstrap starts with them too.
    private static readonly ImmutableArray<string> Foundation = ["base-passwd", "base-files"];

    /// <returns>Indexes into <paramref name="packages"/>.</returns>
    public static ImmutableArray<int> Sort(IReadOnlyList<PackageToOrder> packages)
    {
        var byName = Enumerable.Range(0, packages.Count)
            .OrderBy(i => Foundation.Contains(packages[i].Name) ? Foundation.IndexOf(packages[i].Name) : Foundation.Length)
            .ThenBy(i => packages[i].Name, StringComparer.Ordinal)
            .ThenBy(i => packages[i].Architecture, StringComparer.Ordinal)
            .ToArray();
        var graph = new Graph(byName.Select(i => packages[i]).ToArray());
        return [.. graph.Sorted().Select(i => byName[i])];
    }

    /// <summary>Packages by rank (their place by name), with edges to what each needs.</summary>
    private sealed class Graph
    {
        private readonly int[][] _preDepends;
        private readonly int[][] _needs;
        private readonly bool[] _foundation;

        public Graph(PackageToOrder[] packages)
        {
            var providers = new Dictionary<string, List<int>>(StringComparer.Ordinal);
            for (var i = 0; i < packages.Length; i++)
            {
                foreach (var name in packages[i].Provides.Prepend(packages[i].Name).Distinct(StringComparer.Ordinal))
                {
                    (providers.TryGetValue(name, out var list) ? list : providers[name] = []).Add(i);
                }
            }

            int[] Ranks(int self, IEnumerable<string> names) =>
                [.. names.SelectMany(name => providers.GetValueOrDefault(name) ?? []).Where(i => i != self).Distinct().Order()];

            _preDepends = [.. packages.Select((p, i) => Ranks(i, p.PreDepends))];
            _needs = [.. packages.Select((p, i) => Ranks(i, p.PreDepends.Concat(p.Depends)))];
            _foundation = [.. packages.Select(p => Foundation.Contains(p.Name))];
        }

        public IEnumerable<int> Sorted()
        {
            var done = new bool[_needs.Length];
            for (var i = 0; i < done.Length && _foundation[i]; i++)
            {
                done[i] = true;
                yield return i;
            }

            // A component is a cycle, or one package; all that it needs outside of itself comes before it.
            var components = Components();
            var componentOf = new int[_needs.Length];
            for (var c = 0; c < components.Count; c++)
            {
                components[c].ForEach(i => componentOf[i] = c);
            }

            var ready = new PriorityQueue<int, int>();
            var waits = components.ConvertAll(members => OutsideNeeds(members, componentOf).Count);
            var neededBy = components.ConvertAll(_ => new List<int>());
            for (var c = 0; c < components.Count; c++)
            {
                foreach (var need in OutsideNeeds(components[c], componentOf))
                {
                    neededBy[need].Add(c);
                }

                if (waits[c] == 0)
                {
                    ready.Enqueue(c, components[c].Min());
                }
            }

            while (ready.TryDequeue(out var next, out _))
            {
                foreach (var i in Broken(components[next], done))
                {
                    yield return i;
                }

                foreach (var dependent in neededBy[next].Where(c => --waits[c] == 0))
                {
                    ready.Enqueue(dependent, components[dependent].Min());
                }
            }
        }

        private HashSet<int> OutsideNeeds(List<int> members, int[] componentOf) =>
            [.. members.SelectMany(i => _needs[i]).Select(i => componentOf[i]).Where(c => c != componentOf[members[0]])];

        /// <summary>A cycle in order: where none is free, the one that lacks the fewest Pre-Depends, then the fewest Depends, then by name.</summary>
        private IEnumerable<int> Broken(List<int> members, bool[] done)
        {
            var left = members.Where(i => !done[i]).Order().ToList();
            while (left.Count > 0)
            {
                var next = left.MinBy(i => (_preDepends[i].Count(n => !done[n]), _needs[i].Count(n => !done[n]), i));
                left.Remove(next);
                done[next] = true;
                yield return next;
            }
        }

        /// <summary>Strongly connected components (Tarjan), without recursion: a chain of dependencies may be long.</summary>
        private List<List<int>> Components()
        {
            var (found, low, onStack) = (new int[_needs.Length], new int[_needs.Length], new bool[_needs.Length]);
            var (components, stack, path, count) = (new List<List<int>>(), new Stack<int>(), new Stack<(int Node, int Edge)>(), 0);
            for (var start = 0; start < _needs.Length; start++)
            {
                if (found[start] == 0)
                {
                    path.Push((start, 0));
                }

                while (path.TryPop(out var at))
                {
                    var (node, edge) = at;
                    if (edge == 0)
                    {
                        found[node] = low[node] = ++count;
                        stack.Push(node);
                        onStack[node] = true;
                    }
                    else if (onStack[_needs[node][edge - 1]])
                    {
                        low[node] = Math.Min(low[node], low[_needs[node][edge - 1]]);
                    }

                    if (edge < _needs[node].Length)
                    {
                        path.Push((node, edge + 1));
                        if (found[_needs[node][edge]] == 0)
                        {
                            path.Push((_needs[node][edge], 0));
                        }
                    }
                    else if (low[node] == found[node])
                    {
                        components.Add(PopComponent(stack, onStack, node));
                    }
                }
            }

            return components;
        }

        private static List<int> PopComponent(Stack<int> stack, bool[] onStack, int root)
        {
            var members = new List<int>();
            do
            {
                members.Add(stack.Pop());
                onStack[members[^1]] = false;
            }
            while (members[^1] != root);
            return members;
        }
    }
}
