using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>Numbers digests from 0 on, so that what is known of a million of them fits into arrays. 40-odd bytes a digest.</summary>
internal sealed class DigestTable
{
    private const int Free = -1;

    private Sha256Digest[] _digests = new Sha256Digest[1024];
    private int[] _slots = NewSlots(2048);

    public int Count { get; private set; }

    public Sha256Digest this[int number] => _digests[number];

    /// <summary>The digest's number; a new one if it has none.</summary>
    public int Add(Sha256Digest digest)
    {
        var slot = SlotOf(digest);
        if (_slots[slot] != Free)
        {
            return _slots[slot];
        }

        if (Count == _digests.Length)
        {
            Grow();
            slot = SlotOf(digest);
        }

        _digests[Count] = digest;
        return _slots[slot] = Count++;
    }

    /// <summary>Safe from many threads while nobody adds.</summary>
    public bool Has(Sha256Digest digest) => _slots[SlotOf(digest)] != Free;

    /// <returns>-1 where it has no number.</returns>
    public int Find(Sha256Digest digest) => _slots[SlotOf(digest)];

    private int SlotOf(Sha256Digest digest)
    {
        // Half of the slots are free, and digests are spread as well as anything can be.
        var mask = _slots.Length - 1;
        var slot = digest.GetHashCode() & mask;
        while (_slots[slot] != Free && _digests[_slots[slot]] != digest)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        Array.Resize(ref _digests, _digests.Length * 2);
        _slots = NewSlots(_digests.Length * 2);
        for (var number = 0; number < Count; number++)
        {
            _slots[SlotOf(_digests[number])] = number;
        }
    }

    private static int[] NewSlots(int count)
    {
        var slots = new int[count];
        Array.Fill(slots, Free);
        return slots;
    }
}
