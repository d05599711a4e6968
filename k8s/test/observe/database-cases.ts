import type { AlertCase } from './alert-case.ts';

const statementBucket = (le: string) => `sql_statement_duration_seconds_bucket{database="post",le="${le}"}`;
const chore = (name: string) =>
  `chore_last_success_timestamp_seconds{job="murmuration/post",instance="a",chore="${name}"}`;

/** Of databases and what keeps them in shape. */
export const databaseCases: AlertCase[] = [
  {
    alert: 'PoolExhausted',
    series: { 'database_pool_connections{pool="post",state="waiting"}': '6x20' },
    atMinute: 6,
    fires: { pool: 'post', state: 'waiting' },
  },
  {
    alert: 'PoolExhausted',
    series: {
      'database_pool_connections{pool="post",state="waiting"}': '0x5 3 0x20',
      'database_pool_connections{pool="post",state="busy"}': '10x20',
    },
    atMinute: 8,
  },
  {
    alert: 'StatementsSlow',
    series: {
      [statementBucket('0.5')]: '0+50x40',
      [statementBucket('1')]: '0+60x40',
      [statementBucket('+Inf')]: '0+60x40',
    },
    atMinute: 30,
    fires: { database: 'post' },
  },
  {
    alert: 'StatementsSlow',
    series: { [statementBucket('0.25')]: '0+60x40', [statementBucket('+Inf')]: '0+60x40' },
    atMinute: 30,
  },
  {
    alert: 'PartitionsNotAhead',
    series: { 'partition_newest_end_timestamp_seconds{database="post",table="post"}': '1728000x60' },
    atMinute: 30,
    fires: { database: 'post', table: 'post' },
  },
  {
    alert: 'PartitionsNotAhead',
    series: { 'partition_newest_end_timestamp_seconds{database="post",table="post"}': '5184000x60' },
    atMinute: 30,
  },
  {
    alert: 'OutboxNotRetired',
    series: { 'partition_oldest_end_timestamp_seconds{database="user",table="outbox"}': '-300000x120' },
    atMinute: 90,
    fires: { database: 'user' },
  },
  {
    alert: 'OutboxNotRetired',
    series: {
      'partition_oldest_end_timestamp_seconds{database="user",table="outbox"}': '0x120',
      'partition_oldest_end_timestamp_seconds{database="post",table="post"}': '-9000000x120',
    },
    atMinute: 90,
  },
  {
    alert: 'OutboxTooBig',
    series: { 'outbox_bytes{feed="post"}': '16000000000x60' },
    atMinute: 30,
    fires: { feed: 'post' },
  },
  { alert: 'OutboxTooBig', series: { 'outbox_bytes{feed="post"}': '1000000000x60' }, atMinute: 30 },
  {
    alert: 'DatabaseUnwatched',
    series: { 'database_facts_read_timestamp_seconds{database="user"}': '0x60' },
    atMinute: 12,
    fires: { database: 'user' },
  },
  {
    alert: 'DatabaseUnwatched',
    series: { 'database_facts_read_timestamp_seconds{database="user"}': '0+60x60' },
    atMinute: 30,
  },
  {
    alert: 'ChoreStalled',
    series: { [chore('make partitions')]: '0x300' },
    atMinute: 200,
    fires: { job: 'murmuration/post', chore: 'make partitions' },
  },
  { alert: 'ChoreStalled', series: { [chore('make partitions')]: '0x60 3600x60 7200x120' }, atMinute: 200 },
  {
    alert: 'CountersNotRolledUp',
    series: { [chore('roll up counts')]: '0x60' },
    atMinute: 15,
    fires: { job: 'murmuration/post', chore: 'roll up counts' },
  },
  { alert: 'CountersNotRolledUp', series: { [chore('make partitions')]: '0x60' }, atMinute: 15 },
];
