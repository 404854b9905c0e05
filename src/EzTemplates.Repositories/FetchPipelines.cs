using System.Collections.Concurrent;
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Retry;
using Polly.Timeout;

namespace EzTemplates.Repositories;

/// <summary>
/// All policy about failing mirrors, and the only file that names Polly. Outside in: rounds over all mirrors (retry, with jitter and
/// Retry-After), the mirrors of a round (hedging), one mirror's circuit breaker, one attempt; inside an attempt every step that must
/// bring something has a timeout of its own, so that a slow but living transfer goes on.
/// </summary>
internal sealed class FetchPipelines
{
    private static readonly ResiliencePropertyKey<Turn> TurnKey = new("turn");

    private readonly FetchSettings _settings;
    private readonly ResiliencePipeline _step;
    private readonly ResiliencePipeline<object> _inTurn;
    private readonly ResiliencePipeline<object> _hedged;
    private readonly ConcurrentDictionary<string, ResiliencePipeline<object>> _breakers = new(StringComparer.Ordinal);

    public FetchPipelines(FetchSettings settings)
    {
        _settings = settings;
        _step = new ResiliencePipelineBuilder { TimeProvider = settings.Time }.AddTimeout(settings.StallTimeout).Build();
        _inTurn = Rounds(Timeout.InfiniteTimeSpan);
        _hedged = Rounds(settings.HedgeDelay);
    }

    /// <summary>Runs one step that must bring something (headers, bytes) within the stall timeout.</summary>
    /// <exception cref="MirrorFailure">Nothing came.</exception>
    public async ValueTask<T> StepAsync<T>(Uri address, Func<CancellationToken, ValueTask<T>> step, CancellationToken cancel)
    {
        try
        {
            return await _step.ExecuteAsync(step, cancel).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException slow)
        {
            var reason = $"no bytes for {_settings.StallTimeout.TotalSeconds:0.#} s";
            throw new MirrorFailure(address, MirrorFailureKind.Passing, reason, slow) { BlamesMirror = true };
        }
    }

    /// <summary>
    /// Asks the addresses until one attempt succeeds. One attempt at a time: for files, whose next attempt goes on where the last stopped.
    /// </summary>
    /// <param name="progress">A number that grows while attempts bring something; rounds are counted only without growth.</param>
    /// <exception cref="AllMirrorsFailed">None did.</exception>
    public Task<T> InTurnAsync<T>(
        IReadOnlyList<Uri> addresses, Func<Uri, CancellationToken, ValueTask<T>> attempt, Func<long> progress, CancellationToken cancel)
        where T : class => RunAsync(_inTurn, addresses, attempt, progress, cancel);

    /// <summary>As <see cref="InTurnAsync"/>, and asks the next address as well when one is slow: for small texts.</summary>
    public Task<T> HedgedAsync<T>(IReadOnlyList<Uri> addresses, Func<Uri, CancellationToken, ValueTask<T>> attempt, CancellationToken cancel)
        where T : class => RunAsync(_hedged, addresses, attempt, () => 0, cancel);

    private async Task<T> RunAsync<T>(
        ResiliencePipeline<object> pipeline,
        IReadOnlyList<Uri> addresses,
        Func<Uri, CancellationToken, ValueTask<T>> attempt,
        Func<long> progress,
        CancellationToken cancel)
        where T : class
    {
        var turn = new Turn(addresses, async (address, token) => await attempt(address, token).ConfigureAwait(false), progress, _settings);
        var context = ResilienceContextPool.Shared.Get(cancel);
        context.Properties.Set(TurnKey, turn);
        try
        {
            return (T)await pipeline.ExecuteAsync(AskNextAsync, context).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MirrorFailure or NoMoreMirrors)
        {
            throw new AllMirrorsFailed(turn.Failures);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Takes the next address of the turn and runs the attempt behind that mirror's breaker.</summary>
    private async ValueTask<object> AskNextAsync(ResilienceContext context)
    {
        var turn = TurnOf(context);
        if (turn.Take() is not var (number, address))
        {
            throw new NoMoreMirrors();
        }

        try
        {
            return await BreakerOf(address).ExecuteAsync(token => turn.AttemptAsync(address, token), context.CancellationToken).ConfigureAwait(false);
        }
        catch (MirrorFailure failure)
        {
            turn.Failed(number, failure);
            throw;
        }
        catch (BrokenCircuitException open)
        {
            var failure = new MirrorFailure(address, MirrorFailureKind.Passing, "it keeps failing and is left alone for a while", open)
            {
                RetryAfter = open.RetryAfter,
            };
            turn.Failed(number, failure);
            throw failure;
        }
    }

    private ResiliencePipeline<object> Rounds(TimeSpan hedgeDelay) =>
        new ResiliencePipelineBuilder<object> { TimeProvider = _settings.Time }
            .AddRetry(new RetryStrategyOptions<object>
            {
                // The turn counts fruitless rounds; this bounds a mirror that gives a byte a round.
                MaxRetryAttempts = 50 + _settings.Rounds,
                ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is MirrorFailure or NoMoreMirrors && TurnOf(a.Context).MayGoAround()),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = _settings.FirstPause,
                MaxDelay = _settings.LongestPause,
                DelayGenerator = a => ValueTask.FromResult(TurnOf(a.Context).PauseAsked()),
                OnRetry = a =>
                {
                    TurnOf(a.Context).StartRound(a.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .AddHedging(new HedgingStrategyOptions<object>
            {
                // Polly's own limit; what a round does not come to is asked in the next.
                MaxHedgedAttempts = 10,
                Delay = hedgeDelay,
                ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is MirrorFailure),
                ActionGenerator = a => TurnOf(a.PrimaryContext).HasNext ? () => a.Callback(a.ActionContext) : null,
            })
            .Build();

    private static Turn TurnOf(ResilienceContext context) => context.Properties.GetValue(TurnKey, null!);

    private ResiliencePipeline<object> BreakerOf(Uri address) =>
        _breakers.GetOrAdd(MirrorStatistics.KeyOf(address), _ => new ResiliencePipelineBuilder<object> { TimeProvider = _settings.Time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<object>
            {
                ShouldHandle = a => ValueTask.FromResult(a.Outcome.Exception is MirrorFailure { BlamesMirror: true }),
                FailureRatio = 0.9,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(20),
                BreakDuration = _settings.BreakDuration,
            })
            .Build());

    /// <summary>The addresses of one fetch: which is next, which will never do, which mirror wants to be left alone, and what each said last.</summary>
    private sealed class Turn(
        IReadOnlyList<Uri> addresses, Func<Uri, CancellationToken, ValueTask<object>> attempt, Func<long> progress, FetchSettings settings)
    {
        private readonly System.Threading.Lock _gate = new();
        private readonly Dictionary<int, MirrorFailure> _failures = [];
        private readonly Dictionary<string, DateTimeOffset> _notBefore = new(StringComparer.Ordinal);
        private Queue<int> _waiting = new(Enumerable.Range(0, addresses.Count));
        private DateTimeOffset _roundStart;
        private int _fruitless;
        private long _progressBefore = -1;

        public bool HasNext
        {
            get
            {
                lock (_gate)
                {
                    return _waiting.Count > 0;
                }
            }
        }

        public IReadOnlyList<MirrorFailure> Failures
        {
            get
            {
                lock (_gate)
                {
                    return [.. _failures.OrderBy(f => f.Key).Select(f => f.Value)];
                }
            }
        }

        /// <summary>Never later than what is pausing now has asked for, even on a clock that a pause does not move.</summary>
        private DateTimeOffset Now => settings.Time.GetUtcNow() is var now && now > _roundStart ? now : _roundStart;

        public (int Number, Uri Address)? Take()
        {
            lock (_gate)
            {
                while (_waiting.TryDequeue(out var number))
                {
                    if (Rest(number) is not { } rest)
                    {
                        return (number, addresses[number]);
                    }

                    // Another address of a mirror that has just asked for a pause.
                    _failures[number] = new MirrorFailure(addresses[number], MirrorFailureKind.Passing, "its mirror asks to be left alone for a while") { RetryAfter = rest };
                }

                return null;
            }
        }

        public ValueTask<object> AttemptAsync(Uri address, CancellationToken cancel) => attempt(address, cancel);

        public void Failed(int number, MirrorFailure failure)
        {
            lock (_gate)
            {
                _failures[number] = failure;
                if (failure.RetryAfter is { } pause)
                {
                    _notBefore[MirrorStatistics.KeyOf(failure.Address)] = Now + pause;
                }
            }
        }

        public bool MayGoAround()
        {
            var now = progress();
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    return true;
                }

                _fruitless = now > _progressBefore && _progressBefore >= 0 ? 0 : _fruitless + 1;
                _progressBefore = now;
                return _fruitless < settings.Rounds && Passing().Any(number => (Rest(number) ?? TimeSpan.Zero) <= settings.LongestPause);
            }
        }

        /// <summary>
        /// None before addresses that were not asked yet. The shortest that mirrors ask for where all do, and before the last round the
        /// longest, so that each gets its second chance. Null: what the policy says.
        /// </summary>
        public TimeSpan? PauseAsked()
        {
            lock (_gate)
            {
                if (_waiting.Count > 0)
                {
                    return TimeSpan.Zero;
                }

                var rests = Passing().Select(number => Rest(number) ?? TimeSpan.Zero).Where(rest => rest <= settings.LongestPause).ToList();
                var pause = _fruitless + 1 >= settings.Rounds ? rests.Max() : rests.Min();
                return pause > TimeSpan.Zero ? TimeSpan.FromSeconds(Math.Ceiling(pause.TotalSeconds)) : null;
            }
        }

        public void StartRound(TimeSpan pause)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _roundStart = Now + pause;
                    _waiting = new(Passing().Where(number => Rest(number) is null).Order());
                }
            }
        }

        private IEnumerable<int> Passing() => _failures.Where(f => f.Value.Kind == MirrorFailureKind.Passing).Select(f => f.Key);

        /// <summary>How long the address's mirror still wants to be left alone; null: it may be asked.</summary>
        private TimeSpan? Rest(int number) =>
            _notBefore.TryGetValue(MirrorStatistics.KeyOf(addresses[number]), out var until) && until > Now ? until - Now : null;
    }

    private sealed class NoMoreMirrors() : Exception("no mirror is left to ask");
}
