using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>
/// Points environments at other manifests: plans, then does. The one line that the history gains is the commit; before it the old
/// version shows, after it the new one, and nothing done before it changes what the old one shows.
/// </summary>
public sealed class Remapper(EnvironmentStore environments)
{
    public RemapPlan Plan(EnvironmentName name, Mapping to) => Plan(name, (_, _) => to, MappingAction.Remap);

    /// <summary>For a dry run; takes no lock.</summary>
    public RemapPlan Plan(EnvironmentName name, RemapTarget target, MappingAction action)
    {
        ArgumentNullException.ThrowIfNull(target);
        var history = environments.History(name);
        var to = target(name, history);
        var judged = new RemapJudge(environments).Judge(name, history, to, action);
        var from = history[^1].To;
        var hiding = HiddenPaths.In(
            environments.PrivateOf(name), (environments.Host.ReadManifest(from.Manifest), environments.Host.ReadManifest(to.Manifest)), judged, environments.Host.Ids.Overlay);
        var told = HiddenPaths.Told(judged).Concat(hiding.Select(path => path.Path)).ToHashSet();
        var kept = new EnvironmentDiff(environments, name).Changes().Count(change => !told.Contains(change.Path));
        return new RemapPlan(name, from, to, [.. judged.Paths.Concat(hiding).OrderBy(path => path.Path)], kept, environments.Views.UsersOf(name));
    }

    /// <returns>The line that the history gained; null where the environment maps to that already.</returns>
    /// <exception cref="BusyEnvironmentException">In use, and not to be waited for.</exception>
    /// <exception cref="EzException">Environment: a private file cannot be merged (<see cref="RemapPlan.HasConflicts"/>); nothing was changed.</exception>
    public HistoryEntry? Remap(EnvironmentName name, Mapping to, RemapOptions? options = null) => RunOne(name, (_, _) => to, options ?? RemapOptions.Default);

    /// <summary>Remaps to an earlier mapping of the environment's own history; needs no network.</summary>
    /// <param name="to">See <see cref="Mapping.IsNamed"/>; null is the mapping that the current one took the place of.</param>
    public HistoryEntry? Rollback(EnvironmentName name, string? to = null, WhenBusy whenBusy = WhenBusy.Fail) =>
        RunOne(name, EarlierMapping(to), new RemapOptions { Action = MappingAction.Rollback, WhenBusy = whenBusy });

    /// <summary>
    /// Several at the cost of hardly more than one; each fails for itself. Those that are busy are waited for, if they are to be, one
    /// after another when the others are done.
    /// </summary>
    /// <returns>In the order of the names.</returns>
    public IReadOnlyList<RemapOutcome> RunAll(IReadOnlyList<EnvironmentName> names, RemapTarget target, RemapOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        environments.Recover();
        var outcomes = new Dictionary<EnvironmentName, RemapOutcome>();
        var first = new RemapBatch(environments, target, names.Count == 1 ? options : options with { WhenBusy = WhenBusy.Fail });
        foreach (var some in names.Order().Chunk(BatchMember.Most))
        {
            first.Run(some).ForEach(member => outcomes[member.Name] = member.Outcome);
        }

        if (options.WhenBusy == WhenBusy.Wait)
        {
            var patient = new RemapBatch(environments, target, options);
            foreach (var busy in outcomes.Values.Where(outcome => outcome.Failure is BusyEnvironmentException).Select(outcome => outcome.Environment).Order().ToList())
            {
                outcomes[busy] = patient.Run([busy])[0].Outcome;
            }
        }

        return [.. names.Select(name => outcomes[name])];
    }

    /// <summary>The target of a roll-back. It is chosen with the environment's lock held: of two at once the second goes further back.</summary>
    /// <param name="to">As for <see cref="Rollback"/>.</param>
    /// <exception cref="EzException">Environment: there is nothing earlier, or nothing of that name.</exception>
    public static RemapTarget EarlierMapping(string? to) => (name, history) => EarlierMapping(name, history, to);

    private static Mapping EarlierMapping(EnvironmentName name, ImmutableArray<HistoryEntry> history, string? to)
    {
        if (to is not null)
        {
            return history.LastOrDefault(entry => entry.To.IsNamed(to))?.To ?? throw new EzException(
                FailureKind.Environment,
                $"environment `{name}` was never mapped to `{to}`; it was to {string.Join(", ", history.Select(entry => $"`{entry.To.Template}`").Distinct())}",
                $"ez env show {name}");
        }

        var earlier = Stack(history);
        return earlier.Count > 1 ? earlier[^2] : throw new EzException(
            FailureKind.Environment, $"environment `{name}` has nothing to roll back to: it has been `{earlier[^1].Template}` from the start", $"ez env show {name}");
    }

    /// <summary>Each mapping stands on the one it took the place of; a rollback takes off what stands above its target.</summary>
    internal static List<Mapping> Stack(ImmutableArray<HistoryEntry> history) => StackOfLines(history).ConvertAll(entry => entry.To);

    /// <summary>As <see cref="Stack"/>, with the line that put each there.</summary>
    internal static List<HistoryEntry> StackOfLines(ImmutableArray<HistoryEntry> history)
    {
        var stack = new List<HistoryEntry>();
        foreach (var entry in history)
        {
            if (entry.Action == MappingAction.Rollback && stack.FindLastIndex(below => below.To == entry.To) is >= 0 and var depth)
            {
                stack.RemoveRange(depth + 1, stack.Count - depth - 1);
            }
            else
            {
                stack.Add(entry);
            }
        }

        return stack;
    }

    /// <summary>What a rollback to a mapping takes off, the newest first.</summary>
    internal static ImmutableArray<HistoryEntry> TakenOff(ImmutableArray<HistoryEntry> history, Mapping to)
    {
        var stack = StackOfLines(history);
        var depth = stack.FindLastIndex(entry => entry.To == to);
        return depth < 0 ? [] : [.. stack.Skip(depth + 1).Reverse()];
    }

    private HistoryEntry? RunOne(EnvironmentName name, RemapTarget target, RemapOptions options)
    {
        environments.Recover();
        var member = new RemapBatch(environments, target, options).Run([name])[0];
        member.ThrowIfFailed();
        return member.Entry;
    }
}
